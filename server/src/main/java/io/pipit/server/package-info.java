/** Configuration, life cycle and composition of the whole broker. */
@NullMarked
package io.pipit.server;

import org.jspecify.annotations.NullMarked;
