package io.distributedlock.sample.report;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Reports over HTTP.
 */
@RestController
class ReportController {

	private final ReportService reports;

	ReportController(ReportService reports) {
		this.reports = reports;
	}

	@PostMapping("/reports/daily")
	DailyReport daily() {
		return this.reports.write()
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.CONFLICT,
					"The daily report is being written already. This call was skipped."));
	}

}
