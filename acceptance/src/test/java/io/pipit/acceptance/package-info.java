/** Tests that start the program as a process of its own and drive it with the clients that people use. */
@NullMarked
package io.pipit.acceptance;

import org.jspecify.annotations.NullMarked;
