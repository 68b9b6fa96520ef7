package io.pipit.cli;

/** What the commands that are measured in milliseconds do without; chosen before any library is loaded. */
final class QuickStart {
    private QuickStart() {}

    /** No logging, and none of Netty's pools of buffers, which a few packets never fill. */
    static void choose() {
        SilentLogging.choose();
        System.setProperty("io.netty.allocator.type", "unpooled");
    }
}
