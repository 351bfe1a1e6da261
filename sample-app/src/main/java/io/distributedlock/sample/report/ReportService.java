package io.distributedlock.sample.report;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.IntSummaryStatistics;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

import io.distributedlock.DistributedLock;
import io.distributedlock.OnContention;
import io.distributedlock.sample.SampleProperties;
import io.distributedlock.sample.stock.StockRepository;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.stereotype.Service;

/**
 * Writes the daily report. One instance at a time is enough, so the others skip it
 * instead of waiting for their turn.
 */
@Service
public class ReportService {

	private static final Log logger = LogFactory.getLog(ReportService.class);

	private final StockRepository stock;

	private final long reportNanos;

	ReportService(StockRepository stock, SampleProperties properties) {
		this.stock = stock;
		this.reportNanos = properties.reportTime().toNanos();
	}

	/**
	 * Write the report, unless another instance is at it. The name is the key: there is
	 * one lock for all calls.
	 * @return the report, empty if the method was skipped
	 */
	@DistributedLock(name = "daily-report", waitTime = "0", onContention = OnContention.SKIP)
	public Optional<DailyReport> write() {
		IntSummaryStatistics stock = this.stock.summarize();
		LockSupport.parkNanos(this.reportNanos);
		DailyReport report = new DailyReport(LocalDate.now(ZoneOffset.UTC), stock.getCount(), stock.getSum());
		logger.info("Wrote the daily report: %s".formatted(report));
		return Optional.of(report);
	}

}
