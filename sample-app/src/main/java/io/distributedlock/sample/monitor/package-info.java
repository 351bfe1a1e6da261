/**
 * What the page shows of the locks of all instances, as it happens.
 */
@NullMarked
package io.distributedlock.sample.monitor;

import org.jspecify.annotations.NullMarked;
