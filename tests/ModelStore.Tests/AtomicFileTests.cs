using FaceMix.ModelStore;
using Xunit;

namespace FaceMix.Tests.ModelStore;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_is_written_and_then_replaced_by_a_shorter_text()
    {
        var path = _folder.File("a.txt");

        AtomicFile.WriteText(path, "a long text, ö");
        Assert.Equal("a long text, ö", File.ReadAllText(path));
        Assert.NotEqual(0xEF, File.ReadAllBytes(path)[0]);
        AtomicFile.WriteText(path, "short");

        Assert.Equal("short", File.ReadAllText(path));
        Assert.Equal(["a.txt"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_writer_that_fails_leaves_the_old_content_and_no_temporary_file()
    {
        var path = _folder.File("a.txt");
        AtomicFile.WriteText(path, "old");

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException();
        }));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(["a.txt"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_reader_sees_the_old_content_until_the_new_is_whole()
    {
        var path = _folder.File("a.txt");
        AtomicFile.WriteText(path, "old");

        AtomicFile.Write(path, stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            Assert.Equal("old", File.ReadAllText(path));
        });

        Assert.Equal("new", File.ReadAllText(path));
    }

    [Fact]
    public void A_temporary_file_left_by_a_killed_process_is_overwritten()
    {
        var path = _folder.File("a.txt");
        File.WriteAllText(path + ".tmp", "left by a process that was killed");

        AtomicFile.WriteText(path, "new");

        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal(["a.txt"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Two_writers_with_temporary_files_of_their_own_both_succeed()
    {
        var path = _folder.File("a.txt");

        AtomicFile.Write(path, outer =>
        {
            outer.Write("outer"u8);
            AtomicFile.Write(path, inner => inner.Write("inner"u8), path + ".2.tmp");
        }, path + ".1.tmp");

        Assert.Equal("outer", File.ReadAllText(path));
    }

    [Fact]
    public void A_text_that_cannot_be_written_is_a_storage_error_that_names_file_and_folder()
    {
        var path = _folder.File("missing", "a.txt");

        var error = Assert.Throws<StorageException>(() => AtomicFile.WriteText(path, "text"));

        Assert.StartsWith($"a.txt cannot be written to {path}: ", error.Message, StringComparison.Ordinal);
    }
}
