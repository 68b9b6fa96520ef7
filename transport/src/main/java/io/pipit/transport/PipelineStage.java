package io.pipit.transport;

import io.netty.channel.ChannelPipeline;

/** One layer between the socket and the packets: a listener has a list of them, the network's side first. */
@FunctionalInterface
interface PipelineStage {
    /** Adds its handlers at the end of the pipeline of an accepted channel. */
    void addTo(ChannelPipeline pipeline, Opening opening);
}
