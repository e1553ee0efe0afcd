package io.holdfast.integration;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of the design: who may know whom. */
@AnalyzeClasses(packages = "io.holdfast", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String GENERATED = "io.holdfast.proto..";
  private static final String SHARED = "io.holdfast.protocol..";
  private static final String STORAGE = "io.holdfast.storage..";
  private static final String JOB = "io.holdfast.job..";
  private static final String MODEL = "io.holdfast.model..";
  private static final String COORDINATOR = "io.holdfast.coordinator..";
  private static final String WORKER = "io.holdfast.worker..";
  private static final String CLI = "io.holdfast.cli..";

  @ArchTest
  static final ArchRule ROOMS =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("io.holdfast..")
          .layer("proto")
          .definedBy(GENERATED, SHARED)
          .layer("storage")
          .definedBy(STORAGE)
          .layer("job")
          .definedBy(JOB)
          .layer("model")
          .definedBy(MODEL)
          .layer("coordinator")
          .definedBy(COORDINATOR)
          .layer("worker")
          .definedBy(WORKER)
          .layer("cli")
          .definedBy(CLI)
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("worker")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("coordinator")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("model")
          .mayOnlyBeAccessedByLayers("worker", "cli")
          .whereLayer("job")
          .mayOnlyBeAccessedByLayers("model", "coordinator", "worker", "cli")
          .whereLayer("storage")
          .mayOnlyBeAccessedByLayers("job", "model", "coordinator", "worker", "cli");

  @ArchTest
  static final ArchRule PROTOCOLS_ARE_PURE =
      noClasses()
          .that()
          .resideInAnyPackage("io.holdfast.coordinator.protocol..", "io.holdfast.worker.protocol..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                  "java.io..",
                  "java.net..",
                  "java.nio..",
                  "java.util.concurrent..",
                  "org.slf4j..",
                  "io.grpc..",
                  "io.netty..",
                  "io.holdfast.coordinator.server..",
                  "io.holdfast.worker.runtime..",
                  GENERATED))
          .because("state machines have no clock, thread, disk, network or logger");

  @ArchTest
  static final ArchRule PROTOCOLS_HAVE_NO_CLOCK =
      noClasses()
          .that()
          .resideInAnyPackage("io.holdfast.coordinator.protocol..", "io.holdfast.worker.protocol..")
          .should()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callConstructor(java.util.Random.class)
          .because("time comes in events, and there is no randomness without a seed");

  @ArchTest
  static final ArchRule KERNELS_LIVE_IN_MODEL =
      noClasses()
          .that(not(resideInAPackage(MODEL)))
          .should()
          .dependOnClassesThat(resideInAnyPackage("org.nd4j..", "org.bytedeco.."))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule NETTY_STAYS_IN_THE_EXCHANGE =
      noClasses()
          .that(not(resideInAnyPackage("io.holdfast.worker.exchange..")))
          .should()
          .dependOnClassesThat(resideInAPackage("io.netty.."));

  @ArchTest
  static final ArchRule HADOOP_STAYS_IN_ITS_STORE =
      noClasses()
          .that(not(resideInAnyPackage("io.holdfast.storage.hdfs..")))
          .should()
          .dependOnClassesThat(resideInAPackage("org.apache.hadoop.."));

  @ArchTest
  static final ArchRule THE_AWS_SDK_STAYS_IN_ITS_STORE =
      noClasses()
          .that(not(resideInAnyPackage("io.holdfast.storage.s3..")))
          .should()
          .dependOnClassesThat(resideInAPackage("software.amazon.."));

  @ArchTest
  static final ArchRule COMMANDS_STAY_IN_CLI =
      noClasses()
          .that(not(resideInAPackage(CLI)))
          .should()
          .dependOnClassesThat(resideInAnyPackage("picocli..", "ch.qos.logback.."));

  /** One translator a side: nobody else sees a generated class. */
  @ArchTest
  static final ArchRule GENERATED_CLASSES_STOP_AT_TRANSLATORS =
      noClasses()
          .that(
              not(
                  resideInAnyPackage(
                      GENERATED,
                      SHARED,
                      "io.holdfast.storage.bundle..",
                      "io.holdfast.storage.events..",
                      "io.holdfast.coordinator.server..",
                      "io.holdfast.worker.runtime..",
                      CLI)))
          .should()
          .dependOnClassesThat(resideInAnyPackage(GENERATED, "com.google.protobuf.."));

  @ArchTest
  static final ArchRule NO_JAVA_SERIALISATION =
      noClasses()
          .should()
          .dependOnClassesThat()
          .haveNameMatching("java\\.io\\.(ObjectInputStream|ObjectOutputStream|Externalizable)");

  @ArchTest
  static final ArchRule NO_CYCLES =
      slices().matching("io.holdfast.(*)..").should().beFreeOfCycles();
}
