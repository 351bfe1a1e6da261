/**
 * A campaign of faults: several JVMs use locks while servers, networks and the JVMs
 * themselves fail at random. What they did and believed is checked afterwards.
 */
@NullMarked
package io.distributedlock.chaos;

import org.jspecify.annotations.NullMarked;
