/** The command line of Pipit. */
@NullMarked
package io.pipit.cli;

import org.jspecify.annotations.NullMarked;
