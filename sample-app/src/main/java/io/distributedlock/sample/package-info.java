/**
 * Sample application that runs methods under distributed locks.
 */
@NullMarked
package io.distributedlock.sample;

import org.jspecify.annotations.NullMarked;
