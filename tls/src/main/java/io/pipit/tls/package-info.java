/** Certificates, keys and revocation lists in PEM files: read, checked and made. Knows no socket. */
@NullMarked
package io.pipit.tls;

import org.jspecify.annotations.NullMarked;
