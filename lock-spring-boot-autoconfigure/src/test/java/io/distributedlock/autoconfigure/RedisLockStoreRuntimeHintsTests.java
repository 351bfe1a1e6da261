package io.distributedlock.autoconfigure;

import java.io.IOException;
import java.lang.reflect.Field;

import io.distributedlock.redis.RedisLockStore;
import org.junit.jupiter.api.Test;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RedisLockStoreRuntimeHints}.
 */
class RedisLockStoreRuntimeHintsTests {

	@Test
	void containScripts() throws IOException {
		RuntimeHints hints = hints(getClass().getClassLoader());
		String directory = ClassUtils.classPackageAsResourcePath(RedisLockStore.class);
		Resource[] scripts = new PathMatchingResourcePatternResolver()
			.getResources("classpath*:" + directory + "/**/*.lua");
		assertThat(scripts).hasSizeGreaterThanOrEqualTo(9).allSatisfy((script) -> {
			String path = script.getURL().getPath();
			assertThat(RuntimeHintsPredicates.resource().forResource(path.substring(path.indexOf(directory))))
				.accepts(hints);
		});
	}

	@Test
	void containTheConfigurationOfTheConnectionFactory() throws ReflectiveOperationException {
		RuntimeHints hints = hints(getClass().getClassLoader());
		Field configuration = LettuceConnectionFactory.class.getDeclaredField("configuration");
		assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(configuration)).accepts(hints);
	}

	@Test
	void withoutRedisTheyContainNoReflection() throws IOException {
		try (FilteredClassLoader classLoader = new FilteredClassLoader(LettuceConnectionFactory.class)) {
			assertThat(hints(classLoader).reflection().typeHints()).isEmpty();
		}
	}

	private static RuntimeHints hints(ClassLoader classLoader) {
		RuntimeHints hints = new RuntimeHints();
		new RedisLockStoreRuntimeHints().registerHints(hints, classLoader);
		return hints;
	}

}
