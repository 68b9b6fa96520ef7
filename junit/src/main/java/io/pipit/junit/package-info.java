/** A JUnit extension that gives tests a running broker, and clients that are connected to it. */
@NullMarked
package io.pipit.junit;

import org.jspecify.annotations.NullMarked;
