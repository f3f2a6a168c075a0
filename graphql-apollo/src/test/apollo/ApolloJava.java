import com.apollographql.apollo.compiler.ApolloCompiler;
import com.apollographql.apollo.compiler.CodegenOptions;
import com.apollographql.apollo.compiler.CodegenSchemaOptions;
import com.apollographql.apollo.compiler.InputFile;
import com.apollographql.apollo.compiler.JavaNullable;
import com.apollographql.apollo.compiler.OptionsKt;
import com.apollographql.apollo.compiler.TargetLanguage;
import com.apollographql.apollo.compiler.codegen.SourceOutputKt;
import java.io.File;
import java.util.List;
import java.util.Map;

/** Lets Apollo's compiler write Java: package, schema, documents, folder. Its parameters are those of 5.0.1. */
public final class ApolloJava {
  private ApolloJava() {}

  public static void main(String[] args) {
    List<InputFile> schema = List.of(new InputFile(new File(args[1]), ""));
    List<InputFile> documents = List.of(new InputFile(new File(args[2]), ""));
    var scalars =
        new CodegenSchemaOptions(
            Map.of("DateTime", "java.time.Instant", "Upload", "com.apollographql.apollo.api.Upload"),
            Map.of("Upload", "com.apollographql.apollo.api.Adapters.UploadAdapter"),
            false);
    var models =
        OptionsKt.buildIrOptions(
            null, null, null, null, null, null, OptionsKt.MODELS_OPERATION_BASED, null, null, null);
    var java =
        new CodegenOptions(
            TargetLanguage.JAVA, args[0], null, null, null, null, null, null, null, null, null,
            null, null, null, null, null, null, null, null, true, null, null, JavaNullable.NONE,
            null, null);
    var sources =
        ApolloCompiler.INSTANCE.buildSchemaAndOperationsSources(
            schema, documents, scalars, models, java,
            null, null, null, null, null, null, null, null, null);
    SourceOutputKt.writeTo(sources, new File(args[3]), true, null);
  }
}
