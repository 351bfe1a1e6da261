package io.distributedlock.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Writes down what a client does, each line at once, so that nothing is missing when it
 * is killed. {@link History} reads it.
 */
final class HistoryWriter {

	static final String HOLD = "hold";

	static final String WAIT = "wait";

	static final String STALL = "stall";

	static final String LOSS = "loss";

	static final String ERROR = "error";

	private final OutputStream out;

	HistoryWriter(Path file) throws IOException {
		this.out = Files.newOutputStream(file);
	}

	void hold(long id, String key, long token, long asked, long from, long to) {
		write("%s %d %s %d %d %d %d".formatted(HOLD, id, key, token, asked, from, to));
	}

	void wait(String what, long from, long to, Duration bound) {
		write("%s %s %d %d %d".formatted(WAIT, what, from, to, bound.toNanos()));
	}

	void stall(long from, long to) {
		write("%s %d %d".formatted(STALL, from, to));
	}

	void loss(long id, boolean signalled, long delay) {
		write("%s %d %s %d".formatted(LOSS, id, signalled, delay));
	}

	void error(Throwable error) {
		write("%s %s".formatted(ERROR, error.toString().replace('\n', ' ')));
	}

	private void write(String line) {
		byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
		try {
			synchronized (this.out) {
				this.out.write(bytes);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
