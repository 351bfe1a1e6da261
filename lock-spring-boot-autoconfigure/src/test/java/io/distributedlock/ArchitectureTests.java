package io.distributedlock;

import java.time.Clock;
import java.util.Date;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.jspecify.annotations.NullMarked;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.members;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/**
 * Tests for the structure of the main code.
 */
@AnalyzeClasses(packages = "io.distributedlock", importOptions = DoNotIncludeTests.class)
class ArchitectureTests {

	private static final String API = "io.distributedlock";

	private static final String ANY_SUB_PACKAGE = API + ".*..";

	private static final String AUTOCONFIGURE = API + ".autoconfigure..";

	private static final String ENGINE = API + ".engine..";

	private static final String INTERCEPTOR = API + ".interceptor..";

	private static final String MEMORY = API + ".memory..";

	private static final String REDIS = API + ".redis..";

	private static final String STORE = API + ".store..";

	private static final String TRANSACTION = API + ".transaction..";

	private static final String WALL_CLOCK = API + ".redis.redlock.WallClock";

	@ArchTest
	static final ArchRule packagesAreFreeOfCycles = slices().matching("(**)").should().beFreeOfCycles();

	@ArchTest
	static final ArchRule onlyAutoConfigurationDependsOnAutoConfiguration = noClasses().that()
		.resideOutsideOfPackage(AUTOCONFIGURE)
		.should()
		.dependOnClassesThat()
		.resideInAPackage(AUTOCONFIGURE);

	@ArchTest
	static final ArchRule apiDependsOnNoSubPackage = noClasses().that()
		.resideInAPackage(API)
		.should()
		.dependOnClassesThat()
		.resideInAPackage(ANY_SUB_PACKAGE);

	@ArchTest
	static final ArchRule storeDependsOnApiOnly = noClasses().that()
		.resideInAPackage(STORE)
		.should()
		.dependOnClassesThat(resideInAPackage(ANY_SUB_PACKAGE).and(resideOutsideOfPackage(STORE)));

	@ArchTest
	static final ArchRule engineKnowsNoRedis = noClasses().that()
		.resideInAPackage(ENGINE)
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(REDIS, "io.lettuce..", "org.springframework.data..");

	@ArchTest
	static final ArchRule interceptorKnowsNoEngineAndNoStoreImplementation = noClasses().that()
		.resideInAPackage(INTERCEPTOR)
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(ENGINE, REDIS, MEMORY);

	@ArchTest
	static final ArchRule onlyItsOwnPackageAndAutoConfigurationKnowTransactions = noClasses().that()
		.resideOutsideOfPackages(TRANSACTION, AUTOCONFIGURE)
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(TRANSACTION, "org.springframework.transaction..")
		.because("transaction support is optional");

	@ArchTest
	static final ArchRule locksDoNotReadTheWallClock = noClasses().that()
		.resideInAnyPackage(ENGINE, REDIS, MEMORY)
		.and()
		.doNotHaveFullyQualifiedName(WALL_CLOCK)
		.should()
		.accessTargetWhere(readsTheWallClock())
		.orShould()
		.dependOnClassesThat(assignableTo(Clock.class))
		.because("System.nanoTime() does not jump; only fencing tokens need the time of day");

	@ArchTest
	static final ArchRule autoConfigurationsArePublicAndFinal = classes().that()
		.areAnnotatedWith(AutoConfiguration.class)
		.should()
		.bePublic()
		.andShould()
		.haveModifier(JavaModifier.FINAL);

	@ArchTest
	static final ArchRule autoConfigurationsHaveNoPublicMembers = members().that()
		.areDeclaredInClassesThat()
		.areAnnotatedWith(AutoConfiguration.class)
		.and(areNotImplicitConstructors())
		.should()
		.notBePublic()
		.allowEmptyShould(true);

	@ArchTest
	static final ArchRule beanMethodsAreNeitherPublicNorPrivate = methods().that()
		.areAnnotatedWith(Bean.class)
		.should()
		.notBePublic()
		.andShould()
		.notBePrivate();

	@ArchTest
	static final ArchRule postProcessorBeanMethodsAreStatic = methods().that()
		.areAnnotatedWith(Bean.class)
		.and()
		.haveRawReturnType(assignableTo(BeanPostProcessor.class).or(assignableTo(BeanFactoryPostProcessor.class)))
		.should()
		.beStatic()
		.because("other beans would be created too early")
		.allowEmptyShould(true);

	@ArchTest
	static final ArchRule conditionalOnClassIsNotUsedOnMethods = noMethods().should()
		.beAnnotatedWith(ConditionalOnClass.class)
		.because("the method signature is loaded before the condition is evaluated");

	@ArchTest
	static final ArchRule namesSayWhatAClassIs = noClasses().should()
		.haveNameMatching(".*(Utils?|Manager|Impl|Helper)");

	@ArchTest
	static final ArchRule packagesAreNullMarked = classes().should(resideInANullMarkedPackage());

	private static DescribedPredicate<JavaAccess<?>> readsTheWallClock() {
		return DescribedPredicate.describe("reads the wall clock", (access) -> {
			JavaClass owner = access.getTargetOwner();
			String name = access.getTarget().getName();
			return (owner.isEquivalentTo(System.class) && name.equals("currentTimeMillis"))
					|| (owner.getPackageName().startsWith("java.time") && name.equals("now"))
					|| (owner.isEquivalentTo(Date.class) && name.equals(JavaConstructor.CONSTRUCTOR_NAME));
		});
	}

	private static DescribedPredicate<JavaMember> areNotImplicitConstructors() {
		return DescribedPredicate.describe("are not implicit constructors",
				(member) -> !((member instanceof JavaConstructor constructor)
						&& constructor.getRawParameterTypes().isEmpty()));
	}

	private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
		return new ArchCondition<>("reside in a package with @NullMarked") {

			@Override
			public void check(JavaClass javaClass, ConditionEvents events) {
				boolean marked = javaClass.getPackage().isAnnotatedWith(NullMarked.class);
				events.add(new SimpleConditionEvent(javaClass, marked,
						javaClass.getPackageName() + (marked ? " has" : " has no") + " @NullMarked"));
			}

		};
	}

}
