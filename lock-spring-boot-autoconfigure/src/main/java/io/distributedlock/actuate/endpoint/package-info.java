/**
 * The Actuator endpoint for locks.
 */
@NullMarked
package io.distributedlock.actuate.endpoint;

import org.jspecify.annotations.NullMarked;
