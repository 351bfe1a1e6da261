package io.distributedlock.actuate.endpoint;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import com.jayway.jsonpath.JsonPath;
import io.distributedlock.LockEvent;
import io.distributedlock.LockOperations;
import io.distributedlock.testsupport.RedisServerProcess;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * An instance of an application with the endpoint, on a port of its own, and its HTTP
 * client.
 */
final class LockApplication implements AutoCloseable {

	private final HttpClient client = HttpClient.newHttpClient();

	private final ConfigurableApplicationContext context;

	private LockApplication(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/**
	 * Start an instance that may release locks by force.
	 */
	static LockApplication start(WebApplicationType type, RedisServerProcess redis, String... more) {
		List<String> properties = new ArrayList<>(List.of("server.port=0", "spring.main.banner-mode=off",
				"spring.application.name=orders", "management.endpoints.web.exposure.include=*",
				"management.endpoint.locks.access=unrestricted", "distributed-lock.response-timeout=2s",
				"spring.data.redis.host=" + redis.host(), "spring.data.redis.port=" + redis.port()));
		properties.addAll(List.of(more));
		return new LockApplication(new SpringApplicationBuilder(Application.class).web(type)
			.properties(properties.toArray(String[]::new))
			.run());
	}

	LockOperations locks() {
		return this.context.getBean(LockOperations.class);
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	List<LockEvent> events() {
		return this.context.getBean(Listener.class).events;
	}

	List<AuditApplicationEvent> audits() {
		return this.context.getBean(Listener.class).audits;
	}

	HttpResponse<String> get(String path) throws IOException, InterruptedException {
		return send("GET", path);
	}

	/**
	 * Send a request.
	 * @param path what follows {@code /actuator}
	 * @param headers names and values
	 */
	HttpResponse<String> send(String method, String path, String... headers) throws IOException, InterruptedException {
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create("http://127.0.0.1:%s/actuator%s"
				.formatted(this.context.getEnvironment().getProperty("local.server.port"), path)))
			.method(method, HttpRequest.BodyPublishers.noBody());
		if (headers.length > 0) {
			request.headers(headers);
		}
		return this.client.send(request.build(), BodyHandlers.ofString());
	}

	/**
	 * Read something from a JSON document.
	 */
	static <T> T read(HttpResponse<String> response, String jsonPath) {
		return JsonPath.read(response.body(), jsonPath);
	}

	/**
	 * Encode a text as one segment of a path or value of a parameter.
	 */
	static String encode(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
	}

	@Override
	public void close() {
		this.context.close();
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	@Import({ Listener.class, UserFilter.class })
	static class Application {

		/**
		 * Give each instance threads of its own, so that one can stop without the other.
		 */
		@Bean
		ReactorResourceFactory reactorResourceFactory() {
			ReactorResourceFactory resources = new ReactorResourceFactory();
			resources.setUseGlobalResources(false);
			return resources;
		}

	}

	/**
	 * Remembers what was published.
	 */
	static class Listener {

		private final List<LockEvent> events = new CopyOnWriteArrayList<>();

		private final List<AuditApplicationEvent> audits = new CopyOnWriteArrayList<>();

		@EventListener
		void on(LockEvent event) {
			this.events.add(event);
		}

		@EventListener
		void on(AuditApplicationEvent event) {
			this.audits.add(event);
		}

	}

}
