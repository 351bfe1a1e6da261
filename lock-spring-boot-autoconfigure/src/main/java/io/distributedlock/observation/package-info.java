/**
 * Observations of locks: how long they are waited for and held, as metrics and spans.
 */
@NullMarked
package io.distributedlock.observation;

import org.jspecify.annotations.NullMarked;
