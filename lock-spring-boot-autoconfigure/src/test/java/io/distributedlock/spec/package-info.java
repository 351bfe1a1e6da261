/**
 * The models in {@code docs/spec}, checked.
 */
@NullMarked
package io.distributedlock.spec;

import org.jspecify.annotations.NullMarked;
