using Npgsql.Internal;
using Npgsql.Internal.Postgres;

namespace Pgvector.Npgsql;

/// <summary>Tells Npgsql which converter reads and writes <c>vector</c> and <c>vector[]</c>.</summary>
public class VectorTypeInfoResolverFactory : PgTypeInfoResolverFactory
{
    private const string TypeName = "vector";

    public override IPgTypeInfoResolver CreateResolver() => new MappingResolver(Scalar());

    public override IPgTypeInfoResolver CreateArrayResolver()
    {
        var mappings = Scalar();
        mappings.AddArrayType<Vector>(TypeName);
        return new MappingResolver(mappings);
    }

    private static TypeInfoMappingCollection Scalar()
    {
        var mappings = new TypeInfoMappingCollection();
        mappings.AddType<Vector>(
            TypeName,
            static (options, mapping, _) => mapping.CreateInfo(options, new VectorConverter()),
            isDefault: true);
        return mappings;
    }

    private sealed class MappingResolver(TypeInfoMappingCollection mappings) : IPgTypeInfoResolver
    {
        public PgTypeInfo? GetTypeInfo(Type? type, DataTypeName? dataTypeName, PgSerializerOptions options) =>
            mappings.Find(type, dataTypeName, options);
    }
}
