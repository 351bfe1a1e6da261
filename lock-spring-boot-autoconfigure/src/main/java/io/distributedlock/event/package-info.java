/**
 * Publishes what happens to locks as application events.
 */
@NullMarked
package io.distributedlock.event;

import org.jspecify.annotations.NullMarked;
