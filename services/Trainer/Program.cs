using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using FaceMix.Datasets;
using FaceMix.ModelStore;
using FaceMix.Trainer;
using FaceMix.Trainer.Commands;
using FaceMix.Trainer.Training;

NativeHeap.KeepFreed();
var root = new RootCommand("Trains FaceMix's models on drawn faces or photographs, publishes them and fills the latent store.")
{
    TrainCommand.Create(), PublishCommand.Create(), EncodeCommand.Create(), DrawCommand.Create(), EvaluateCommand.Create(),
    SweepCommand.Create(), ReportCommand.Create(), CompareCommand.Create(), PrepareCommand.Create(), DescribeCommand.Create(),
};
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
        Console.Error.WriteLine(error.Message);
    Console.Error.WriteLine("--help says what can be asked for.");
    return 2;
}
try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (Exception e) when (e is UsageException or ValidationException)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
catch (Exception e) when (e is DataException or ModelStoreException or IOException or InvalidDataException or UnauthorizedAccessException or Grpc.Core.RpcException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
