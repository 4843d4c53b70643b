using FaceMix.Trainer.Data.Preparation;

namespace FaceMix.Tests.Trainer.Data;

/// <summary>A fact that finds faces with OpenCV's cascades.</summary>
public sealed class NeedsCascadesAttribute()
    : NeedsAttribute(File.Exists(new PreparationOptions().FaceCascade) ? null : "OpenCV's cascades are missing: apt-get install opencv-data.");
