using FaceMix.Benchmarks.Rpc;

switch (args)
{
    case [EchoServer.Verb]:
        await EchoServer.RunAsync();
        break;
    case [LoadClient.Verb, var address]:
        await LoadClient.RunAsync(address);
        break;
    default:
        Console.WriteLine(await RpcBenchmark.RunAsync(args));
        break;
}
return 0;
