using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FaceMix.Distributed.Launching;
using Xunit;

namespace FaceMix.Tests.Trainer.Distributed;

public sealed class ManyProcessesEqualOne
{
    private const int Steps = Worker.Planned;

    [Theory]
    [InlineData(2, "")]
    [InlineData(4, "")]
    [InlineData(2, "adversarial.weight=0.1 adversarial.width=4 adversarial.scales=1 training.input_noise=0.05")]
    public async Task In_float64_twenty_steps_of_Adam_leave_the_weights_that_one_process_has(int processes, string changes)
    {
        using var folder = new TemporaryFolder();
        var alone = await RunAsync(0, new Worker.Task("float64", Steps, folder.File("alone"), Changes: changes));

        var together = await RunAsync(processes, new Worker.Task("float64", Steps, folder.File("together"), Changes: changes));

        Assert.Equal(Steps, together.Losses.Length);
        Assert.InRange(Furthest(alone.Losses, together.Losses), 0, 1e-8);
        Assert.InRange(Furthest(alone.Weights, together.Weights), 0, 1e-8);
    }

    [Fact]
    public async Task Without_synchronised_batch_norm_they_do_not()
    {
        using var folder = new TemporaryFolder();
        var alone = await RunAsync(0, new Worker.Task("float64", 3, folder.File("alone")));

        var together = await RunAsync(2, new Worker.Task("float64", 3, folder.File("together"), Synchronise: false));

        Assert.True(Furthest(alone.Weights, together.Weights) > 1e-5);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task In_float32_the_loss_curves_agree(int processes)
    {
        using var folder = new TemporaryFolder();
        var alone = await RunAsync(0, new Worker.Task("float32", Steps, folder.File("alone")));

        var together = await RunAsync(processes, new Worker.Task("float32", Steps, folder.File("together")));

        Assert.All(alone.Losses.Zip(together.Losses), pair => Assert.InRange(Math.Abs(pair.First - pair.Second) / pair.First, 0, 1e-3));
    }

#if COMPAT_PACKAGES
    [Fact]
    public async Task In_bf16_the_loss_curves_agree_as_far_as_its_digits_go()
    {
        const string bf16 = "training.precision=bf16";
        using var folder = new TemporaryFolder();
        var alone = await RunAsync(0, new Worker.Task("float32", Steps, folder.File("alone"), Changes: bf16));

        var together = await RunAsync(2, new Worker.Task("float32", Steps, folder.File("together"), Changes: bf16));

        Assert.All(alone.Losses.Zip(together.Losses), pair => Assert.InRange(Math.Abs(pair.First - pair.Second) / pair.First, 0, 0.03));
    }
#endif

    [Fact]
    public async Task A_checkpoint_of_two_processes_goes_on_in_one_and_one_of_one_in_three()
    {
        using var folder = new TemporaryFolder();
        var whole = await RunAsync(0, new Worker.Task("float32", Steps, folder.File("whole")));

        await RunAsync(2, new Worker.Task("float32", 6, folder.File("two"), To: folder.File("checkpoint-2")));
        await RunAsync(0, new Worker.Task("float32", 12, folder.File("one"), From: folder.File("checkpoint-2"), To: folder.File("checkpoint-1")));
        var rest = await RunAsync(3, new Worker.Task("float32", Steps, folder.File("three"), From: folder.File("checkpoint-1")));

        Assert.Equal(Steps - 12, rest.Losses.Length);
        Assert.All(whole.Losses[12..].Zip(rest.Losses), pair => Assert.InRange(Math.Abs(pair.First - pair.Second) / pair.First, 0, 1e-3));
    }

    [NeedsPythonTorch]
    public async Task Torchrun_starts_it_as_it_starts_PyTorch()
    {
        using var folder = new TemporaryFolder();
        var alone = await RunAsync(0, new Worker.Task("float64", Steps, folder.File("alone")));

        // Debian's torchrun 1.13 on Python 3.11 needs a rank, if only one that is not there, in these two options.
        using var torchrun = Process.Start(new ProcessStartInfo("/usr/bin/python3", [
            "-m", "torch.distributed.run", "--no_python", "-r", "9:1", "-t", "9:1", "--nproc_per_node", "2", "--master_addr", "127.0.0.1", "--master_port", $"{FreePort()}",
            "dotnet", .. new Worker.Task("float64", Steps, folder.File("together")).Arguments])
        { RedirectStandardError = true })!;
        var said = await torchrun.StandardError.ReadToEndAsync();
        await torchrun.WaitForExitAsync();

        Assert.True(torchrun.ExitCode == 0, said);
        Assert.InRange(Furthest(alone.Weights, Worker.Read(folder.File("together")).Weights), 0, 1e-8);
    }

    private static async Task<(double[] Losses, double[] Weights)> RunAsync(int processes, Worker.Task task)
    {
        using var log = new StringWriter();
        int code;
        if (processes > 0)
        {
            code = await new LocalLaunch(processes, "dotnet", task.Arguments, log).RunAsync();
        }
        else
        {
            using var alone = Process.Start("dotnet", task.Arguments);
            await alone.WaitForExitAsync();
            code = alone.ExitCode;
        }
        Assert.True(code == 0, log.ToString());
        return Worker.Read(task.Output);
    }

    private static double Furthest(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max();
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
