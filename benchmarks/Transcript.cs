using System.Text;

namespace FaceMix.Benchmarks;

/// <summary>Lines that are shown as they come and kept for a section of docs/BENCHMARKS.md.</summary>
internal sealed class Transcript(string name, string title)
{
    private readonly StringBuilder text = new();

    /// <summary>The section's head: the command, the machine, and what is measured how.</summary>
    public void Head(string command, string what)
    {
        Line($"`{command}`, {Machine.Describe()}.");
        Line($"{what}\n");
    }

    public void Line(string line)
    {
        Console.WriteLine(line);
        text.Append(line).Append('\n');
    }

    public void Keep() => Section.Write(name, title, text.ToString());
}
