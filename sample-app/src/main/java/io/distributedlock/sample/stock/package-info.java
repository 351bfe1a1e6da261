/**
 * Stock levels, reserved by one caller at a time.
 */
@NullMarked
package io.distributedlock.sample.stock;

import org.jspecify.annotations.NullMarked;
