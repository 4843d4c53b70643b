using System.Globalization;
using CsvHelper;

namespace FaceMix.Trainer.Latents;

/// <summary>Latents as CSV: the face's name, 0 or 1 for each attribute, nothing where it is not known, the latent's numbers. A row is written whole or, after a kill, cut off on resuming.</summary>
public sealed class CsvSink : ILatentSink
{
    private readonly FileStream _file;
    private readonly MemoryStream _rows = new();

    /// <param name="path">The file.</param>
    /// <param name="position">From the journal: keeps so many bytes and goes on behind them; empty: begins anew.</param>
    /// <exception cref="InvalidDataException">The file is shorter than the journal says: it was changed.</exception>
    public CsvSink(string path, string position)
    {
        var keep = long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : 0;
        _file = new FileStream(path, keep > 0 ? FileMode.Open : FileMode.Create, FileAccess.ReadWrite, FileShare.Read);
        if (_file.Length < keep)
        {
            _file.Dispose();
            throw new InvalidDataException($"{path} is shorter than when it was written; remove it and encode with --again.");
        }
        _file.SetLength(keep);
        _file.Seek(0, SeekOrigin.End);
    }

    public string Position => _file.Length.ToString(CultureInfo.InvariantCulture);

    public async Task PutAsync(EncodedFaces batch, CancellationToken cancellation)
    {
        _rows.SetLength(0);
        WriteRows(batch, withHeader: _file.Length == 0);
        // Not cancelled half-way: a batch is in the file or it is not.
        await _file.WriteAsync(_rows.GetBuffer().AsMemory(0, (int)_rows.Length), CancellationToken.None);
        await _file.FlushAsync(CancellationToken.None);
    }

    public void Dispose()
    {
        _rows.Dispose();
        _file.Dispose();
    }

    private void WriteRows(EncodedFaces batch, bool withHeader)
    {
        using var csv = CsvWriter.Create(_rows, new CsvWriterOptions { NewLine = "\n" }, leaveOpen: true);
        if (withHeader)
            csv.WriteHeader(["file", .. batch.Attributes, .. Enumerable.Range(0, batch.Latent).Select(i => $"z{i}")]);
        for (var n = 0; n < batch.Keys.Length; n++)
        {
            csv.WriteField(batch.Keys[n]);
            for (var bit = 0; bit < batch.Attributes.Count; bit++)
                csv.WriteField(!batch.Known[n].Has(bit) ? string.Empty : batch.Masks[n].Has(bit) ? "1" : "0");
            foreach (var value in batch.Means.AsSpan(n * batch.Latent, batch.Latent))
                csv.WriteField(value);
            csv.EndRecord();
        }
    }
}
