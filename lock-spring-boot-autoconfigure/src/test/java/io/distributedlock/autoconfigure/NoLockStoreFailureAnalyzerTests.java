package io.distributedlock.autoconfigure;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.diagnostics.FailureAnalysis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link NoLockStoreFailureAnalyzer}.
 */
class NoLockStoreFailureAnalyzerTests {

	@Test
	void tellsTheProblemAndWhatToDo() {
		NoLockStoreException cause = new NoLockStoreException("The problem.", "Do this.");
		FailureAnalysis analysis = FailureAnalyses.analyze(new BeanCreationException("store", "failed", cause));
		assertThat(analysis.getDescription()).isEqualTo("The problem.");
		assertThat(analysis.getAction()).isEqualTo("Do this.");
		assertThat(analysis.getCause()).isSameAs(cause).hasMessage("The problem. Do this.");
	}

}
