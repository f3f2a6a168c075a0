package dev.parley.grpc;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The methods of a server, known at run time: calls without generated code, in JSON.
 *
 * <p>The types of an operation that is bound by {@link #method} are whatever the codec for JSON
 * takes: {@code String} is the JSON itself, {@code Map} or a record needs {@code
 * parley-codec-jackson}.
 *
 * {@snippet class="dev.parley.grpc.DynamicTest" region="dynamic"}
 *
 * <p><b>Threads:</b> immutable.
 */
public final class GrpcSchema {
  private final Map<String, MethodDescriptor> methods;
  private final TypeRegistry types;

  private GrpcSchema(Map<String, MethodDescriptor> methods, TypeRegistry types) {
    this.methods = methods;
    this.types = types;
  }

  /**
   * Reads a descriptor set, as {@code protoc --include_imports --descriptor_set_out} writes it.
   *
   * @throws ConfigurationException if it is none, or lacks a file that others import
   */
  public static GrpcSchema of(byte[] descriptorSet) {
    try {
      return of(FileDescriptorSet.parseFrom(descriptorSet).getFileList());
    } catch (InvalidProtocolBufferException e) {
      throw refused("the bytes are not a descriptor set", e);
    }
  }

  /**
   * Asks a server for its schema, by {@code grpc.reflection.v1} or else {@code v1alpha}; blocks.
   *
   * @throws dev.parley.ParleyException if the server has no reflection, or does not answer
   */
  public static GrpcSchema reflect(GrpcChannel channel) {
    return of(new Reflection(channel).files());
  }

  static GrpcSchema of(Collection<FileDescriptorProto> files) {
    Linker linker = new Linker(files);
    Map<String, MethodDescriptor> methods = new TreeMap<>();
    TypeRegistry.Builder types = TypeRegistry.newBuilder();
    for (FileDescriptorProto each : files) {
      FileDescriptor file = linker.link(each.getName());
      types.add(file.getMessageTypes());
      for (ServiceDescriptor service : file.getServices()) {
        for (MethodDescriptor method : service.getMethods()) {
          methods.put(service.getFullName() + "/" + method.getName(), method);
        }
      }
    }
    return new GrpcSchema(Map.copyOf(methods), types.build());
  }

  /** Returns the full names of all methods, such as {@code shop.Stock/Get}. */
  public List<String> methods() {
    return methods.keySet().stream().sorted().toList();
  }

  /**
   * Returns a binding to a method, whose messages the program sees as JSON.
   *
   * @param name the full name, such as {@code shop.Stock/Get}
   * @throws ConfigurationException if there is no such method
   */
  public <Q, R> Grpc<Q, R> method(String name) {
    MethodDescriptor method = methods.get(name);
    if (method == null) {
      throw refused("the schema has no method " + name + "; it has " + methods(), null);
    }
    return Grpc.dynamic(name, method, types);
  }

  @Override
  public String toString() {
    return "GrpcSchema" + methods();
  }

  private static ConfigurationException refused(String message, @Nullable Throwable cause) {
    return new ConfigurationException(
        Failure.of(Kind.LOCAL, Effect.NOT_SENT, message).withCause(cause));
  }

  /** Resolves the imports of files. */
  private static final class Linker {
    private final Map<String, FileDescriptorProto> files = new HashMap<>();
    private final Map<String, FileDescriptor> linked = new HashMap<>();

    Linker(Collection<FileDescriptorProto> files) {
      files.forEach(file -> this.files.put(file.getName(), file));
    }

    FileDescriptor link(String name) {
      FileDescriptor known = linked.get(name);
      if (known != null) {
        return known;
      }
      FileDescriptorProto file = files.get(name);
      if (file == null) {
        throw refused("the schema lacks the file " + name + ", which others import", null);
      }
      FileDescriptor[] imports =
          file.getDependencyList().stream().map(this::link).toArray(FileDescriptor[]::new);
      try {
        FileDescriptor made = FileDescriptor.buildFrom(file, imports);
        linked.put(name, made);
        return made;
      } catch (DescriptorValidationException e) {
        throw refused("the schema's file " + name + " is not valid", e);
      }
    }
  }
}
