package io.pipit.acceptance;

import org.jspecify.annotations.Nullable;

/** The end of a connection that the client did not ask for; the reason code is that of the broker's DISCONNECT, if one came. */
record Ended(@Nullable Integer reasonCode) {}
