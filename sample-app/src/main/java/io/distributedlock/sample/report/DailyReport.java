package io.distributedlock.sample.report;

import java.time.LocalDate;

/**
 * What was in stock on a day.
 *
 * @param day the day
 * @param articles the number of articles
 * @param units the number of units of all articles
 */
record DailyReport(LocalDate day, long articles, long units) {
}
