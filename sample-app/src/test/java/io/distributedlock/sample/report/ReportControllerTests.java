package io.distributedlock.sample.report;

import java.time.LocalDate;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;

@WebMvcTest(ReportController.class)
class ReportControllerTests {

	@Autowired
	private MockMvcTester mvc;

	@MockitoBean
	private ReportService reports;

	@Test
	void answersWithReport() {
		given(this.reports.write()).willReturn(Optional.of(new DailyReport(LocalDate.of(2026, 11, 1), 2, 5)));
		assertThat(this.mvc.post().uri("/reports/daily")).hasStatusOk()
			.bodyJson()
			.isStrictlyEqualTo("{'day': '2026-11-01', 'articles': 2, 'units': 5}".replace('\'', '"'));
	}

	@Test
	void answersConflictWhenSkipped() {
		given(this.reports.write()).willReturn(Optional.empty());
		assertThat(this.mvc.post().uri("/reports/daily")).hasStatus(HttpStatus.CONFLICT)
			.hasContentType(MediaType.APPLICATION_PROBLEM_JSON)
			.bodyJson()
			.extractingPath("detail")
			.asString()
			.contains("skipped");
	}

}
