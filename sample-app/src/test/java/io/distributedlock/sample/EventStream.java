package io.distributedlock.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Iterator;
import java.util.stream.Stream;

/**
 * A client of the server-sent events, as a browser is one.
 */
public final class EventStream implements AutoCloseable {

	private static final HttpClient http = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.connectTimeout(Duration.ofSeconds(30))
		.build();

	private final HttpResponse<Stream<String>> response;

	private final Iterator<String> lines;

	private EventStream(HttpResponse<Stream<String>> response) {
		this.response = response;
		this.lines = response.body().iterator();
	}

	public static EventStream open(String url) {
		try {
			HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/locks"))
				.header("Accept", "text/event-stream")
				.timeout(Duration.ofSeconds(30))
				.build();
			return new EventStream(http.send(request, BodyHandlers.ofLines()));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	public int status() {
		return this.response.statusCode();
	}

	/**
	 * Return the data of the next event. Waits for it.
	 */
	public String next() {
		while (this.lines.hasNext()) {
			String line = this.lines.next();
			if (line.startsWith("data:")) {
				return line.substring("data:".length());
			}
		}
		throw new IllegalStateException("The stream has ended");
	}

	/**
	 * Wait until the server has ended the stream.
	 */
	public void awaitEnd() {
		while (this.lines.hasNext()) {
			this.lines.next();
		}
	}

	@Override
	public void close() {
		this.response.body().close();
	}

}
