package io.distributedlock.autoconfigure;

import io.distributedlock.InvalidLockDefinitionException;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.diagnostics.FailureAnalysis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link InvalidLockDefinitionFailureAnalyzer}.
 */
class InvalidLockDefinitionFailureAnalyzerTests {

	@Test
	void tellsTheLocationTheProblemAndWhatToDo() {
		InvalidLockDefinitionException cause = new InvalidLockDefinitionException("com.example.Payments.pay(String)",
				"ttl '1o s' is no duration.", "Write it as '10s'.", null);
		FailureAnalysis analysis = FailureAnalyses.analyze(new BeanCreationException("payments", "failed", cause));
		assertThat(analysis.getDescription()).isEqualToNormalizingNewlines(
				"The @DistributedLock on com.example.Payments.pay(String) cannot work:\n\n    ttl '1o s' is no duration.");
		assertThat(analysis.getAction()).isEqualTo("Write it as '10s'.");
		assertThat(analysis.getCause()).isSameAs(cause);
	}

}
