package io.pipit.transport;

import io.netty.channel.ChannelPipeline;

/** What a listener puts between the socket and the packets: a layer adds the next one when it is ready. */
@FunctionalInterface
interface PipelineStage {
    /** Adds its handlers at the end of the pipeline of an accepted channel. */
    void addTo(ChannelPipeline pipeline, Opening opening);
}
