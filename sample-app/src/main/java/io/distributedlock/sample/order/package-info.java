/**
 * Orders, each paid once.
 */
@NullMarked
package io.distributedlock.sample.order;

import org.jspecify.annotations.NullMarked;
