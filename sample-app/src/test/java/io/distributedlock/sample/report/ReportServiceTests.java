package io.distributedlock.sample.report;

import java.util.IntSummaryStatistics;

import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.sample.SampleProperties;
import io.distributedlock.sample.stock.StockRepository;
import io.distributedlock.test.AutoConfigureTestLocks;
import io.distributedlock.test.Simulation;
import io.distributedlock.test.TestLocks;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;

/**
 * What the lock of the report does, with locks in memory and no Redis.
 */
@SpringBootTest(classes = ReportService.class, properties = "sample.report-time=0")
@EnableConfigurationProperties(SampleProperties.class)
@AutoConfigureTestLocks
class ReportServiceTests {

	@MockitoBean
	private StockRepository stock;

	@Autowired
	private ReportService service;

	@Autowired
	private TestLocks locks;

	@Test
	void writesTheReportUnderItsLock() {
		given(this.stock.summarize()).will((invocation) -> {
			assertThat(this.locks.isHeld("daily-report")).isTrue();
			return new IntSummaryStatistics(1, 7, 7, 7);
		});
		assertThat(this.service.write()).hasValueSatisfying((report) -> assertThat(report.units()).isEqualTo(7));
		assertThat(this.locks.isHeld("daily-report")).isFalse();
	}

	@Test
	void skipsTheReportWhileAnotherInstanceWritesIt() {
		this.locks.holdElsewhere("daily-report");
		assertThat(this.service.write()).isEmpty();
		then(this.stock).shouldHaveNoInteractions();
	}

	@Test
	void doesNotWriteTheReportWithoutKnowingWhetherAnotherInstanceDoes() {
		try (Simulation outage = this.locks.outage()) {
			assertThat(outage).isNotNull();
			assertThatExceptionOfType(LockStoreUnavailableException.class).isThrownBy(this.service::write);
		}
		then(this.stock).shouldHaveNoInteractions();
	}

}
