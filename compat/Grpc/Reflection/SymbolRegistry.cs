using Google.Protobuf.Reflection;

namespace Grpc.Reflection;

/// <summary>Files by their names and by the symbols they declare, with all that they depend on.</summary>
public class SymbolRegistry
{
    private readonly Dictionary<string, FileDescriptor> byName = [];
    private readonly Dictionary<string, FileDescriptor> bySymbol = [];

    private SymbolRegistry()
    {
    }

    public static SymbolRegistry FromFiles(IEnumerable<FileDescriptor> fileDescriptors)
    {
        ArgumentNullException.ThrowIfNull(fileDescriptors);
        var registry = new SymbolRegistry();
        foreach (var file in fileDescriptors)
            registry.Add(file);
        return registry;
    }

    /// <summary>"facemix/decoder/v1/decoder.proto"; null where it is unknown.</summary>
    public FileDescriptor? FileByName(string filename) => byName.GetValueOrDefault(filename);

    /// <summary>The file that declares a message, enumeration, service or method, by its full name; null where it is unknown.</summary>
    public FileDescriptor? FileContainingSymbol(string symbol) => bySymbol.GetValueOrDefault(symbol);

    private void Add(FileDescriptor file)
    {
        if (!byName.TryAdd(file.Name, file))
            return;
        foreach (var dependency in file.Dependencies)
            Add(dependency);
        foreach (var message in file.MessageTypes)
            Add(message);
        IEnumerable<IDescriptor> others = [.. file.EnumTypes, .. file.Services, .. file.Services.SelectMany(service => service.Methods)];
        foreach (var each in others)
            bySymbol[each.FullName] = file;
    }

    private void Add(MessageDescriptor message)
    {
        bySymbol[message.FullName] = message.File;
        foreach (var each in message.EnumTypes)
            bySymbol[each.FullName] = message.File;
        foreach (var each in message.NestedTypes)
            Add(each);
    }
}
