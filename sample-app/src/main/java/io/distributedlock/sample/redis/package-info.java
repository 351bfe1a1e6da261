/**
 * The Redis that the instances of the sample share when none is configured.
 */
@NullMarked
package io.distributedlock.sample.redis;

import org.jspecify.annotations.NullMarked;
