package io.distributedlock.sample;

import java.net.http.HttpResponse;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The packaged sample, as Spring processed it ahead of time. Only the build has it.
 */
@EnabledIfSystemProperty(named = "sample.jar", matches = ".+")
class AheadOfTimeIntegrationTests {

	private static SampleInstance instance;

	@BeforeAll
	static void start() {
		instance = SampleInstance.launchAheadOfTime(System.getProperty("sample.jar"),
				"--sample.redis.port=" + SampleInstance.findFreePort());
		instance.awaitStarted();
	}

	@AfterAll
	static void stop() {
		instance.close();
	}

	@Test
	void usesWhatWasGenerated() {
		assertThat(instance.output()).contains("Starting AOT-processed SampleApplication");
	}

	@Test
	void locksAnnotatedMethods() {
		HttpResponse<String> paid = instance.post("/orders/42/pay");
		assertThat(paid.statusCode()).as(paid.body()).isEqualTo(200);
		assertThat(JsonPath.<Number>read(paid.body(), "$.fencingToken").longValue()).isPositive();
		assertThat(instance.post("/orders/42/pay").statusCode()).isEqualTo(409);
		assertThat(instance.output()).doesNotContain("WARN", "ERROR");
	}

	@Test
	void evaluatesKeys() {
		assertThat(instance.put("/stock/plum?quantity=1").statusCode()).isEqualTo(200);
		assertThat(instance.post("/stock/plum/reserve").statusCode()).isEqualTo(200);
		assertThat(instance.post("/stock/plum/reserve").statusCode()).isEqualTo(409);
		assertThat(instance.post("/orders/%20/pay").statusCode()).isEqualTo(400);
	}

	@Test
	void showsItsPageAndItsLocks() {
		assertThat(instance.get("/").body()).contains("<title>A shop behind locks</title>");
		try (EventStream events = EventStream.open(instance.url())) {
			assertThat(JsonPath.<Integer>read(events.next(), "$.totals.lost")).isZero();
		}
	}

	@Test
	void locksWithAFixedName() {
		HttpResponse<String> report = instance.post("/reports/daily");
		assertThat(report.statusCode()).as(report.body()).isEqualTo(200);
	}

}
