using FaceMix.Trainer.Training.Parallel;
using Xunit;

namespace FaceMix.Tests.Trainer.Training.Parallel;

public sealed class MpirunLogTests
{
    private const string Rule = "--------------------------------------------------------------------------";

    [Fact]
    public void A_notice_about_a_killed_process_becomes_a_sentence_and_the_lines_of_processes_pass()
    {
        var (log, shown) = Read(
            "saved at step 30",
            Rule, "Primary job  terminated normally, but 1 process returned", "a non-zero exit code. Per user-direction, the job has been aborted.", Rule,
            Rule, "mpirun noticed that process rank 1 with PID 4711 on node worker-2 exited on signal 9 (Killed).", Rule);

        Assert.Equal(["saved at step 30"], shown);
        Assert.Equal("Rank 1 on worker-2 was killed by signal 9 (SIGKILL)", log.Fate);
    }

    [Fact]
    public void A_signal_without_a_name_keeps_its_number()
    {
        var (log, _) = Read(Rule, "mpirun noticed that process rank 12 with PID 0 on node vm exited on signal 31 (Bad system call).", Rule);

        Assert.Equal("Rank 12 on vm was killed by signal 31", log.Fate);
    }

    [Fact]
    public void Notices_about_processes_that_ended_by_themselves_are_left_out()
    {
        var (log, shown) = Read(
            Rule, "MPI_ABORT was invoked on rank 0 in communicator MPI_COMM_WORLD", "with errorcode 2.", "", "NOTE: invoking MPI_ABORT causes Open MPI to kill all MPI processes.", Rule,
            Rule, "mpirun detected that one or more processes exited with non-zero status, thus causing", "the job to be terminated. The first process to do so was:", "", "  Process name: [[23312,1],1]", "  Exit code:    3", Rule,
            "mpirun: Forwarding signal 10 to job",
            "[vm:00583] 3 more processes have sent help message help-mpi-api.txt / mpi-abort",
            "[vm:00583] Set MCA parameter \"orte_base_help_aggregate\" to 0 to see all help / error messages");

        Assert.Empty(shown);
        Assert.Null(log.Fate);
    }

    [Fact]
    public void Any_other_notice_is_shown_as_it_is()
    {
        string[] notice = [Rule, "There are not enough slots available in the system to satisfy the 4", "slots that were requested by the application:", Rule];

        var (log, shown) = Read(notice);

        Assert.Equal(notice, shown);
        Assert.Null(log.Fate);
    }

    [Fact]
    public void A_notice_that_the_end_cuts_off_is_shown()
    {
        string[] notice = [Rule, "ORTE was unable to reliably start one or more daemons."];

        Assert.Equal(notice, Read(notice).Shown);
    }

    private static (MpirunLog Log, List<string> Shown) Read(params string[] lines)
    {
        var log = new MpirunLog();
        List<string> shown = [.. lines.SelectMany(log.Pass)];
        return (log, [.. shown, .. log.Rest()]);
    }
}
