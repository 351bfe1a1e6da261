package io.distributedlock.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes down in Markdown what was seen in the soak test.
 */
final class SoakReport {

	private SoakReport() {
	}

	static void write(Path file, int locks, List<SoakSample> samples) throws IOException {
		StringBuilder text = new StringBuilder(
				"# Soak: %d locks held and renewed, others used meanwhile\n\n".formatted(locks));
		text.append("| after | held | lost | heap of clients, MB | memory of Redis, MB | keys in Redis |\n");
		text.append("| ---: | ---: | ---: | ---: | ---: | ---: |\n");
		samples.forEach((sample) -> text
			.append("| %d s | %d | %d | %.1f | %.1f | %d |\n".formatted(sample.time().toSeconds(), sample.held(),
					sample.lost(), megabytes(sample.heap()), megabytes(sample.redisMemory()), sample.keys())));
		Files.writeString(file, text);
	}

	private static double megabytes(long bytes) {
		return bytes / (double) (1 << 20);
	}

}
