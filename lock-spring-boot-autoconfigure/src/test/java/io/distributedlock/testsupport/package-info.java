/**
 * Real servers, network faults and child processes for tests.
 */
@NullMarked
package io.distributedlock.testsupport;

import org.jspecify.annotations.NullMarked;
