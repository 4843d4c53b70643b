Console.WriteLine("FaceMix Trainer");
