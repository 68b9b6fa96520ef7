/** Real clients against the real program, and the rules of the architecture. */
@NullMarked
package io.pipit.acceptance;

import org.jspecify.annotations.NullMarked;
