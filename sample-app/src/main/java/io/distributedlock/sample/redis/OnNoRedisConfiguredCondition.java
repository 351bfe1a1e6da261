package io.distributedlock.sample.redis;

import java.util.List;

import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches if no property says where Redis is or how to log in there: not on the command
 * line, not in the environment, nor anywhere else. Others, such as time-outs, apply to
 * any Redis and do not count.
 */
class OnNoRedisConfiguredCondition extends SpringBootCondition {

	private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("spring.data.redis");

	private static final List<String> PROPERTIES = List.of("url", "host", "port", "database", "username", "password",
			"ssl", "sentinel", "cluster", "masterreplica");

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(context.getEnvironment())) {
			for (String property : PROPERTIES) {
				ConfigurationPropertyName name = PREFIX.append(property);
				if (isPresent(source, name)) {
					return ConditionOutcome.noMatch("found " + name);
				}
			}
		}
		return ConditionOutcome.match("found no property under " + PREFIX + " that names a Redis");
	}

	private static boolean isPresent(ConfigurationPropertySource source, ConfigurationPropertyName name) {
		return source.getConfigurationProperty(name) != null
				|| source.containsDescendantOf(name) == ConfigurationPropertyState.PRESENT;
	}

}
