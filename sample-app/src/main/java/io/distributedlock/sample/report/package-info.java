/**
 * The daily report, written by one instance at a time.
 */
@NullMarked
package io.distributedlock.sample.report;

import org.jspecify.annotations.NullMarked;
