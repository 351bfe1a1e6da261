package io.distributedlock.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches if the nodes of a quorum are configured, in whatever form of a list.
 */
class OnRedlockNodesCondition extends SpringBootCondition {

	private static final ConfigurationPropertyName NODES = ConfigurationPropertyName
		.of("distributed-lock.redlock.nodes");

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Redlock nodes");
		return isPresent(context.getEnvironment()) ? ConditionOutcome.match(message.foundExactly(NODES))
				: ConditionOutcome.noMatch(message.didNotFind("property").items(NODES));
	}

	static boolean isPresent(Environment environment) {
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
			if (source.getConfigurationProperty(NODES) != null
					|| source.containsDescendantOf(NODES) == ConfigurationPropertyState.PRESENT) {
				return true;
			}
		}
		return false;
	}

}
