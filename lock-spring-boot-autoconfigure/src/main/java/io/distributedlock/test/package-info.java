/**
 * Support for tests of applications: locks in memory that can be held by others, lost and
 * out of order. Needs Spring's test support or JUnit, which are optional.
 */
@NullMarked
package io.distributedlock.test;

import org.jspecify.annotations.NullMarked;
