using FaceMix.Tests.Benchmarks;

if (args is ["decoding", var models])
{
    await Decoding.RunAsync(models);
    return 0;
}
Console.Error.WriteLine("Usage: dotnet run -c Release --project tests/Benchmarks -- decoding MODELS");
return 2;
