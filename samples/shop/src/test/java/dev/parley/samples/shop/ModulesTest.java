package dev.parley.samples.shop;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** All other tests run on the class path; this one looks at what the module path would find. */
class ModulesTest {
  private static final String SERVICES = "META-INF/services/";

  private final Path[] classPath =
      Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
          .map(Path::of)
          .filter(Files::exists)
          .toArray(Path[]::new);
  private final List<ModuleReference> parley =
      Stream.of(classPath)
          .flatMap(entry -> ModuleFinder.of(entry).findAll().stream())
          .filter(module -> packages(module).anyMatch(name -> name.startsWith("dev.parley")))
          .filter(
              module -> packages(module).noneMatch(name -> name.startsWith("dev.parley.samples")))
          .toList();

  @Test
  void everyModuleHasADescriptorNamedLikeItsPackage() {
    for (ModuleReference module : parley) {
      ModuleDescriptor descriptor = module.descriptor();
      assertThat(descriptor.isAutomatic()).as("%s is automatic", module).isFalse();
      assertThat(descriptor.packages()).contains(descriptor.name());
    }
  }

  @Test
  void modulesResolveTogether() {
    Set<String> names = parley.stream().map(m -> m.descriptor().name()).collect(toSet());

    assertThatCode(() ->
            Configuration.resolve(
                ModuleFinder.of(classPath),
                List.of(ModuleLayer.boot().configuration()),
                ModuleFinder.of(),
                names))
        .doesNotThrowAnyException();
  }

  @Test
  void providersAreDeclaredForBothPaths() throws IOException {
    Set<String> onModulePath = new TreeSet<>();
    Set<String> onClassPath = new TreeSet<>();
    for (ModuleReference module : parley) {
      for (ModuleDescriptor.Provides provides : module.descriptor().provides()) {
        provides.providers().forEach(name -> onModulePath.add(provides.service() + ": " + name));
      }
      onClassPath.addAll(services(module));
    }

    assertThat(onModulePath).isEqualTo(onClassPath);
  }

  @Test
  void providedServicesAreUsed() {
    Set<String> provided = new TreeSet<>();
    Set<String> used = new TreeSet<>();
    for (ModuleReference module : parley) {
      module.descriptor().provides().forEach(provides -> provided.add(provides.service()));
      used.addAll(module.descriptor().uses());
    }

    assertThat(used).containsAll(provided);
  }

  private static Stream<String> packages(ModuleReference module) {
    return module.descriptor().packages().stream();
  }

  private static List<String> services(ModuleReference module) throws IOException {
    List<String> services = new ArrayList<>();
    try (ModuleReader reader = module.open();
        Stream<String> files = reader.list()) {
      files
          .filter(file -> file.startsWith(SERVICES) && !file.endsWith("/"))
          .forEach(file ->
              lines(reader, file)
                  .forEach(line -> services.add(file.substring(SERVICES.length()) + ": " + line)));
    }
    return services;
  }

  private static List<String> lines(ModuleReader reader, String file) {
    try (InputStream in = reader.open(file).orElseThrow();
        BufferedReader text =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return text.lines()
          .map(line -> line.replaceAll("#.*", "").strip())
          .filter(line -> !line.isEmpty())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
