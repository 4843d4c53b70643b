using Testcontainers.PostgreSql;
using Xunit;

namespace FaceMix.Tests.Pgvector.Containers;

/// <summary>How our own containers ask the engine; the published package asks in another way, so this is left out with it.</summary>
public sealed class DockerCommandTests
{
    /// <summary>A docker command that writes down what it is asked and answers as an engine would.</summary>
    private const string Docker = """
        #!/bin/sh
        echo "$* [$POSTGRES_USER/$POSTGRES_PASSWORD/$POSTGRES_DB]" >>"$(dirname "$0")/asked"
        case "$1" in
          create) [ "$POSTGRES_USER" = nobody ] && { echo "no such image" >&2; exit 125; }; echo abc123 ;;
          port) echo 127.0.0.1:49153 ;;
          exec) [ "$(grep -c ^exec "$(dirname "$0")/asked")" -ge 3 ] ;;
        esac
        """;

    [Fact]
    public async Task The_engine_is_asked_to_create_start_and_remove()
    {
        using var folder = new TemporaryFolder();
        using var path = new DockerOnThePath(folder, Docker);

        await using (var container = new PostgreSqlBuilder("image:1").WithUsername("u").WithPassword("secret").WithDatabase("d").Build())
        {
            await container.StartAsync();
            Assert.Equal("abc123", container.Id);
            Assert.Equal("Host=127.0.0.1;Port=49153;Database=d;Username=u;Password=secret", container.GetConnectionString());
        }

        var asked = await File.ReadAllLinesAsync(folder.File("asked"));
        Assert.Equal(["create", "start", "port", "exec", "exec", "exec", "rm"], asked.Select(line => line.Split(' ')[0]));
        Assert.EndsWith("[u/secret/d]", asked[0], StringComparison.Ordinal);
        Assert.DoesNotContain("secret", asked[0].Split('[')[0], StringComparison.Ordinal);
        Assert.Contains(" image:1 ", asked[0], StringComparison.Ordinal);
        Assert.StartsWith("rm --force --volumes abc123", asked[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_engine_says_is_in_the_error()
    {
        using var folder = new TemporaryFolder();
        using var path = new DockerOnThePath(folder, Docker);
        await using var container = new PostgreSqlBuilder("image:1").WithUsername("nobody").Build();

        var problem = await Assert.ThrowsAsync<InvalidOperationException>(() => container.StartAsync());

        Assert.Equal("docker create failed: no such image", problem.Message);
    }

    private sealed class DockerOnThePath : IDisposable
    {
        private readonly string? _before = Environment.GetEnvironmentVariable("PATH");

        public DockerOnThePath(TemporaryFolder folder, string script)
        {
            File.WriteAllText(folder.File("docker"), script);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(folder.File("docker"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
            Environment.SetEnvironmentVariable("PATH", $"{folder.Path}:{_before}");
        }

        public void Dispose() => Environment.SetEnvironmentVariable("PATH", _before);
    }
}
