/**
 * Results of all rounds, as Markdown and CSV.
 */
@NullMarked
package io.distributedlock.benchmarks.report;

import org.jspecify.annotations.NullMarked;
